"""The exercise pictures: line figures drawn from joint angles. Pure, without Django."""

from rehab.figures.data import FigureError, load_figures
from rehab.figures.picture import Figure, render, render_initial

__all__ = ["Figure", "FigureError", "load_figures", "render", "render_initial"]
