#!/usr/bin/env python3
"""Scores librosa's beat tracker on the tracks that the beat evaluation wrote.

    cargo bench --bench beat_eval -- FOLDER
    pip install librosa
    tools/beat-peers.py FOLDER

Every NAME.wav in the subfolders has a NAME.json with the true beats (`beats_s`) and ours (`found_s`). The F-measure
is that of mir_eval at 70 ms, over the whole track; where mir_eval is installed, it is asked for the same number.
"""

import json
import sys
from pathlib import Path

WINDOW_S = 0.07


def f_measure(found, truth):
    """One-to-one matches in time order, which on a line are as many as any matching gives."""
    if not found and not truth:
        return 1.0
    i = j = hits = 0
    while i < len(found) and j < len(truth):
        error = found[i] - truth[j]
        if abs(error) <= WINDOW_S:
            hits, i, j = hits + 1, i + 1, j + 1
        elif error < 0:
            i += 1
        else:
            j += 1
    return 2 * hits / (len(found) + len(truth))


def check_with_mir_eval(found, truth, ours):
    """Stops when mir_eval disagrees with the F-measure above."""
    try:
        import mir_eval
        import numpy
    except ImportError:
        return
    if not found or not truth:
        return
    theirs = mir_eval.beat.f_measure(numpy.array(truth), numpy.array(found))
    assert abs(theirs - ours) < 1e-6, f"mir_eval says {theirs}, this script {ours}"


def librosa_beats(wav):
    """Beat times of librosa's beat_track with its defaults."""
    import librosa

    samples, rate = librosa.load(wav, sr=None, mono=True)
    _, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    return [float(beat) for beat in beats]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        import librosa  # noqa: F401
    except ImportError:
        sys.exit("librosa is not installed: pip install librosa")
    for folder in sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir()):
        rows = []
        print(f"\n{folder.name}\n{'track':<24} {'ours':>6} {'librosa':>8}")
        for wav in sorted(folder.glob("*.wav")):
            beats = json.loads(wav.with_suffix(".json").read_text())
            truth, found = beats["beats_s"], beats["found_s"]
            if not truth:
                continue
            peer = librosa_beats(wav)
            row = (f_measure(found, truth), f_measure(peer, truth))
            check_with_mir_eval(peer, truth, row[1])
            rows.append(row)
            print(f"{wav.stem:<24} {row[0]:>6.3f} {row[1]:>8.3f}")
        if rows:
            ours, peers = (sum(column) / len(rows) for column in zip(*rows))
            print(f"{'mean':<24} {ours:>6.3f} {peers:>8.3f}")


if __name__ == "__main__":
    main()
