"""Rules of the law as pure functions; each answers with a verdict and its clause."""
