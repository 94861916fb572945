variable "domain" {
  description = "The customer's primary domain, in lower case. It is also a verified domain of the Entra tenant."
  type        = string
}

variable "name" {
  description = "The customer's name."
  type        = string
}

variable "tenant_id" {
  description = "Id of the customer's Entra tenant."
  type        = string
}

variable "licences" {
  description = "Number of Proofpoint licences."
  type        = number
}

variable "admin" {
  description = "E-mail address of the organization's first administrator."
  type        = string
}

variable "destination" {
  description = "The server that mail is passed on to. Left out, the usual name of the domain in Microsoft 365."
  type        = string
  default     = null
}

variable "default_role" {
  description = "Role of the users that the sync creates."
  type        = string
  default     = "end_user"
  nullable    = false
}

variable "exemptions" {
  description = "Addresses that the sync leaves alone, all of them. Left out, exemptions stay as they are."
  type        = set(string)
  default     = null
}

variable "frequency" {
  description = "Hours between automatic runs."
  type        = number
  default     = 1
  nullable    = false
}

variable "max_removals" {
  description = "How many accounts a change of the sync may remove: a number or a percentage."
  type        = string
  default     = "5%"
  nullable    = false
}

variable "remove_deleted" {
  description = "Whether the accounts of users who were deleted in Entra go as well."
  type        = bool
  default     = false
  nullable    = false
}

variable "on_destroy" {
  description = "What taking out the line does to the organization, and so to mail: keep, deactivate or delete."
  type        = string
  default     = "keep"
  nullable    = false
}
