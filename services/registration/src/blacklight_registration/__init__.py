"""The registration worker: it reads the sites of companies that register, and writes dossiers."""
