"""From an uploaded file to plain data: nothing in here reads or writes the database.

`container` looks at the ZIP before anything opens it, `child` reads the cells in a process with limits, `reader` runs that
process, `schema` says which sheets and columns there are, `cells` turns one cell into a value, `parsing` one workbook into
records, `checks` compares the records with one another and `gaps` lists what is merely missing. `annotated` and `blank` write.
"""
