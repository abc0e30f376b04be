"""nginx serving https, with a certificate of an authority that this host trusts."""

STACK = "https"
