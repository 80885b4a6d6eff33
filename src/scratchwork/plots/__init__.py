"""Pictures of networks, of their training and of what they answer, drawn by matplotlib.

As scikit-learn's: each is a class ``...Display`` with ``from_estimator(model, ...)`` or another
maker that computes and draws; ``plot(ax=...)`` draws it again. What was drawn is kept: ``ax_`` (or
``axes_``), ``figure_`` and the artists. Nothing is shown, and no setting of matplotlib changed.

It needs matplotlib, ``pip install "scratchwork[plot]"``, which is loaded with ``sw.plots``.
"""

from ..errors import MissingPackageError

try:
    import matplotlib  # noqa: F401 # asked for here, once for all pictures
except ImportError:
    todo = 'pip install "scratchwork[plot]"'
    raise MissingPackageError("scratchwork.plots", "matplotlib", "none installed", todo) from None

from .activation import ActivationDisplay
from .confusion_matrix import ConfusionMatrixDisplay
from .decision_boundary import DecisionBoundaryDisplay
from .histograms import LayerHistogramDisplay
from .images import ImagesDisplay
from .learning_curve import LearningCurveDisplay
from .mistakes import MistakesDisplay
from .network import NetworkDisplay
from .optimizer_path import OptimizerPathDisplay
from .recorder import LayerRecorder
from .sweep import SweepDisplay
from .weights import WeightsDisplay

__all__ = [
    "ActivationDisplay",
    "ConfusionMatrixDisplay",
    "DecisionBoundaryDisplay",
    "ImagesDisplay",
    "LayerHistogramDisplay",
    "LayerRecorder",
    "LearningCurveDisplay",
    "MistakesDisplay",
    "NetworkDisplay",
    "OptimizerPathDisplay",
    "SweepDisplay",
    "WeightsDisplay",
]
