"""The explorer: a page on this machine on which every quantity can be turned by hand and seen to answer."""
