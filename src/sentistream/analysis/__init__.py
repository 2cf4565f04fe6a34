"""Understanding texts: normalisation, language, and the analysers."""
