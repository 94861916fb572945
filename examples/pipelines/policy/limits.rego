# What is allowed: change it here, not in the rules.
package limits

# How many people may lose something (mail, their account) by one plan, or by the runs that follow it; and how many objects of
# the provider's may be destroyed.
max_people := 5

max_destroyed := 0

# What Proofpoint asks for: the defaults of `proofpoint_azure_application`.
application_permissions := {"Directory.Read.All"}

delegated_permissions := {"Directory.Read.All", "Group.Read.All", "User.ReadBasic.All"}
