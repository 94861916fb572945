terraform {
  required_version = ">= 1.8"

  required_providers {
    another = {
      source  = "example/another"
      version = "~> 0.1"
    }
  }
}

provider "another" {}
