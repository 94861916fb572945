terraform {
  required_providers {
    another = {
      source = "example/another"
    }
  }
}

provider "another" {}
