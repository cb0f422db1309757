"""The process that carries out runs, apart from the server, so that runs outlive a server that is killed."""
