"""Pages of policies, by subject."""

from .progress import CompanyPolicyView, ProgrammePoliciesView

__all__ = ["CompanyPolicyView", "ProgrammePoliciesView"]
