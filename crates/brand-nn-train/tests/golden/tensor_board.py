"""Makes tensor_board.txt: two records of events as TensorBoard itself writes them, in hexadecimal.

    pip install tensorboard && python tensor_board.py
"""

import io
from pathlib import Path

import tensorboard
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

events = [
    Event(wall_time=1.5, file_version="brain.Event:2"),
    Event(wall_time=2.25, step=300, summary=Summary(value=[Summary.Value(tag="val_loss", simple_value=0.1)])),
]
lines = [f"tensor_board.py, tensorboard {tensorboard.__version__}"]
for event in events:
    out = io.BytesIO()
    RecordWriter(out).write(event.SerializeToString())
    lines.append(out.getvalue().hex())
Path(__file__).with_name("tensor_board.txt").write_text("\n".join(lines) + "\n")
