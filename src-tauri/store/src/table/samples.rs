//! One row a reading of the sensors.

mod gpus;
mod readings;

use rusqlite::{Connection, Result, Row, named_params};
use toprung_core::machine::HardwareSample;

use super::{bad, count, stored};

pub(crate) const V1: &str = "
CREATE TABLE samples (
    key           INTEGER PRIMARY KEY,
    run           INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    at_ms         REAL NOT NULL,
    cpu_percent   REAL,
    per_core      BLOB NOT NULL,
    memory_used_bytes INTEGER,
    memory_available_bytes INTEGER,
    swap_used_bytes INTEGER,
    temperature_c REAL,
    disk_read     REAL,
    disk_write    REAL,
    network_in    REAL,
    network_out   REAL
) STRICT;
CREATE INDEX samples_of_run ON samples (run);
";

/// What disturbs a measurement and what explains a cliff, packed: see `readings`.
pub(crate) const V2: &str = "
ALTER TABLE samples ADD COLUMN readings BLOB;
ALTER TABLE samples ADD COLUMN hottest_sensor TEXT;
ALTER TABLE samples ADD COLUMN gpus BLOB;
";

/// A core's load is kept in hundredths of a percent: two bytes a core keep half an hour of a 128-core machine under 1 MB,
/// and the kernel's own tick (10 ms of a second) is coarser.
const PER_PERCENT: f32 = 100.0;

pub(crate) fn insert(conn: &Connection, run: i64, sample: &HardwareSample) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO samples (run, at_ms, cpu_percent, per_core, memory_used_bytes, memory_available_bytes, swap_used_bytes,
            temperature_c, disk_read, disk_write, network_in, network_out, readings, hottest_sensor, gpus)
         VALUES (:run, :at_ms, :cpu, :per_core, :used, :available, :swap, :temperature, :read, :write, :in, :out, :readings, :hottest, :gpus)",
    )?
    .execute(named_params! {
        ":run": run,
        ":at_ms": sample.at_ms,
        ":cpu": sample.cpu_percent,
        ":per_core": pack(&sample.per_core_percent),
        ":used": stored(sample.memory_used_bytes),
        ":available": stored(sample.memory_available_bytes),
        ":swap": stored(sample.swap_used_bytes),
        ":temperature": sample.temperature_c,
        ":read": sample.disk_read_bytes_per_s,
        ":write": sample.disk_write_bytes_per_s,
        ":in": sample.network_in_bytes_per_s,
        ":out": sample.network_out_bytes_per_s,
        ":readings": readings::pack(sample),
        ":hottest": sample.hottest_sensor,
        ":gpus": gpus::pack(&sample.gpus),
    })
    .map(drop)
}

/// The samples of a run in the order in which they were saved.
pub(crate) fn of_run(conn: &Connection, run: i64) -> Result<Vec<HardwareSample>> {
    conn.prepare_cached("SELECT * FROM samples WHERE run = ?1 ORDER BY key")?.query_map([run], record)?.collect()
}

fn record(row: &Row<'_>) -> Result<HardwareSample> {
    let per_core: Vec<u8> = row.get("per_core")?;
    let packed = row.get::<_, Option<Vec<u8>>>("readings")?.unwrap_or_default();
    let mut sample = HardwareSample {
        at_ms: row.get("at_ms")?,
        cpu_percent: row.get("cpu_percent")?,
        per_core_percent: unpack(&per_core).ok_or_else(|| bad("per_core", format!("{} bytes", per_core.len())))?,
        memory_used_bytes: count(row, "memory_used_bytes")?,
        memory_available_bytes: count(row, "memory_available_bytes")?,
        swap_used_bytes: count(row, "swap_used_bytes")?,
        temperature_c: row.get("temperature_c")?,
        hottest_sensor: row.get("hottest_sensor")?,
        disk_read_bytes_per_s: row.get("disk_read")?,
        disk_write_bytes_per_s: row.get("disk_write")?,
        network_in_bytes_per_s: row.get("network_in")?,
        network_out_bytes_per_s: row.get("network_out")?,
        gpus: match row.get::<_, Option<Vec<u8>>>("gpus")? {
            Some(blob) => gpus::unpack(&blob).ok_or_else(|| bad("gpus", format!("{} bytes", blob.len())))?,
            None => Vec::new(),
        },
        ..HardwareSample::default()
    };
    readings::unpack(&packed, &mut sample).ok_or_else(|| bad("readings", format!("{} bytes", packed.len())))?;
    Ok(sample)
}

/// A cast from float to integer saturates, so no reading, however absurd, wraps round.
fn pack(percents: &[f32]) -> Vec<u8> {
    percents.iter().flat_map(|percent| ((percent * PER_PERCENT).round() as u16).to_le_bytes()).collect()
}

/// `None` when the bytes are not whole readings.
fn unpack(bytes: &[u8]) -> Option<Vec<f32>> {
    let (loads, rest) = bytes.as_chunks::<2>();
    rest.is_empty().then(|| loads.iter().map(|load| f32::from(u16::from_le_bytes(*load)) / PER_PERCENT).collect())
}
