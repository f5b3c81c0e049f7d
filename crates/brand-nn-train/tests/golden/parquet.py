"""Makes parquet/: one table in files of several writers' settings, and broken ones.

    pip install pyarrow==26.0.1 && python parquet.py

The table as text stands in parquet/table.csv; what the reader says of broken files is in the test.
"""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

OUT = Path(__file__).with_name("parquet")
OUT.mkdir(exist_ok=True)

N = 250
some = lambda values: [None if i % 7 == 3 else value for i, value in enumerate(values)]
columns = {
    "id": pa.array(range(N), pa.int64()),
    "visits": pa.array(some(range(-5, N - 5)), pa.int16()),
    "spend": pa.array(some([i * 0.25 for i in range(N)]), pa.float32()),
    "rate": pa.array([i / 8 for i in range(N)], pa.float64()),
    "bought": pa.array(some([i % 3 == 0 for i in range(N)]), pa.bool_()),
    "joined": pa.array(some([dt.date(2020, 2, 27) + dt.timedelta(i) for i in range(N)]), pa.date32()),
    "city": pa.array(some(["北京", "Bonn", "Oslo"][i % 3] for i in range(N))),
}
table = pa.table(columns)
csv.write_csv(table, OUT / "table.csv", csv.WriteOptions(quoting_style="needed"))
for name in ["none", "snappy", "gzip", "zstd", "lz4"]:
    pq.write_table(table, OUT / f"{name}.parquet", compression=name, row_group_size=64)
other = table.set_column(5, "joined", table["joined"].cast(pa.timestamp("us")))
other = other.set_column(6, "city", table["city"].dictionary_encode())
other = other.set_column(3, "rate", table["rate"].cast(pa.decimal128(12, 3)))
pq.write_table(other, OUT / "other_types.parquet", row_group_size=100, use_dictionary=False)
pq.write_table(table, OUT / "pages.parquet", data_page_version="2.0", data_page_size=64, version="2.6")
pq.write_table(table.slice(0, 0), OUT / "no_rows.parquet")
pq.write_table(pa.table({"x": [[1], [2, 3]], "y": [1, 2]}), OUT / "lists.parquet")
pq.write_table(pa.table({"at": [dt.datetime(2024, 1, 1, 12)]}), OUT / "times.parquet")
