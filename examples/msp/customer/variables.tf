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
