"""The importer's machinery: `reading` turns a file into plain records, `planning` compares them with the portal without
writing, `applying` writes a plan in one transaction. Deeds for views and the command are in `imports.services`.
"""
