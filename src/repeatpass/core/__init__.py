"""The ground floor: identifiers, times and errors that every room shares."""
