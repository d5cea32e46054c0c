"""Trees as the parallel arrays of Swarm's model file: children after their parent, `<=` goes left."""

import sys


def new_tree():
    keys = ("feature", "threshold", "categories", "missingLeft", "left", "right", "value", "cover", "gain")
    return {key: [] for key in keys}


def add_node(tree):
    """Adds an empty leaf; returns its index."""
    for key, empty in (
        ("feature", -1),
        ("threshold", 0.0),
        ("categories", None),
        ("missingLeft", 0),
        ("left", -1),
        ("right", -1),
        ("value", 0.0),
        ("cover", 0.0),
        ("gain", 0.0),
    ):
        tree[key].append(empty)
    return len(tree["feature"]) - 1


def convert(root, read):
    """
    Walks a library's tree from its root, parents first. `read(node)` gives {"value", "cover"} for a leaf, and for a
    split {"feature", "threshold", "categories", "missingLeft", "gain", "cover", "left", "right"} with the library's own
    handles of the children.
    """
    tree = new_tree()
    waiting = [(root, add_node(tree))]
    while waiting:
        handle, index = waiting.pop()
        node = read(handle)
        for key in ("feature", "threshold", "categories", "missingLeft", "gain", "value", "cover"):
            if key in node:
                tree[key][index] = node[key]
        if "feature" not in node:
            continue
        children = [(node[side], add_node(tree)) for side in ("left", "right")]
        tree["left"][index], tree["right"][index] = (place for _, place in children)
        waiting.extend(reversed(children))
    return tree


def ensemble(trees, *, link, outputs, base, precision="double"):
    return {
        "kind": "tree-ensemble",
        "link": link,
        "outputs": outputs,
        "base": base,
        "inputPrecision": precision,
        "trees": trees,
    }


def finite(threshold):
    """A split that only parts missing values from all others has an infinite threshold; a model file holds none."""
    return max(-sys.float_info.max, min(sys.float_info.max, threshold))


def sum_covers(tree):
    """Fills the cover of splits from their leaves."""
    for index in range(len(tree["feature"]) - 1, -1, -1):
        if tree["feature"][index] >= 0:
            tree["cover"][index] = tree["cover"][tree["left"][index]] + tree["cover"][tree["right"][index]]
