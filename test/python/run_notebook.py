"""Runs a notebook in a fresh kernel. Usage: run_notebook.py notebook [copy with its outputs]. Ends with 1 where a cell fails or no figure was drawn."""

import sys

import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=120).execute()
if len(sys.argv) > 2:
    nbformat.write(notebook, sys.argv[2])
figures = [
    output
    for cell in notebook.cells
    for output in cell.get("outputs", [])
    if "image/png" in output.get("data", {})
]
sys.exit(0 if len(figures) == 1 else f"{len(figures)} figures were drawn")
