# The domain of the organization. What earlier runs did is not known then; the next plan shows what there is to do.
terraform import proofpoint_azure_sync_run.contoso contoso.com
