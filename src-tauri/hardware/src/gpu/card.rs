//! Graphics cards as the kernel shows them: `/sys/class/drm/card0` and what its driver puts there.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use toprung_core::machine::{Gpu, GpuSample};

use super::amd::Amd;
use super::intel::Intel;
use super::sensed::{Driver, Sensed};
use super::{Device, PLAUSIBLE_C, entries, is_asleep, names, text};
use crate::throughput::Throughput;

const NVIDIA: &str = "0x10de";
const AMD: &str = "0x1002";
const INTEL: &str = "0x8086";

/// Names of the PCI vendors whose graphics processors run models.
const VENDORS: [(&str, &str); 3] = [(NVIDIA, "NVIDIA"), (AMD, "AMD"), (INTEL, "Intel")];

/// A card in the kernel's list.
#[derive(Debug, Clone)]
pub(super) struct Card {
    folder: PathBuf,
    vendor: &'static str,
}

/// Every card of a vendor whose graphics processors run models; virtual ones are left out.
pub(super) fn cards(root: &Path) -> Vec<Card> {
    let folders = entries(&root.join("sys/class/drm")).into_iter().filter(|folder| is_card(folder));
    let card = |folder: PathBuf| {
        let id = text(&folder.join("device/vendor"))?;
        VENDORS.iter().find(|(vendor, _)| *vendor == id).map(|(vendor, _)| Card { folder, vendor })
    };
    folders.filter_map(card).collect()
}

/// `card0` is a card, `card0-HDMI-A-1` one of its sockets.
fn is_card(path: &Path) -> bool {
    let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("card"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Card {
    pub(super) fn is_nvidia(&self) -> bool {
        self.vendor == NVIDIA
    }

    /// The card with the sensors that its driver has.
    pub(super) fn device(self, root: &Path) -> Box<dyn Device> {
        let gpu = self.describe(root);
        match self.vendor {
            AMD => Box::new(Sensed { card: self, gpu, driver: Amd }),
            INTEL => Box::new(Sensed { card: self, gpu, driver: Intel::default() }),
            _ => Box::new(Sensed { card: self, gpu, driver: Plain }),
        }
    }

    fn describe(&self, root: &Path) -> Gpu {
        let vendor = VENDORS.iter().find(|(vendor, _)| *vendor == self.vendor).map_or("", |(_, name)| name);
        let number = self.text("device/device");
        let listed = || Some(format!("{vendor} {}", names::product(root, self.vendor, number.as_deref()?)?));
        let by_number = || format!("{vendor} GPU {}", number.as_deref().unwrap_or_default()).trim_end().to_owned();
        let name = self.text("device/product_name").or_else(listed).unwrap_or_else(by_number);
        // Integrated ones of AMD report the part of the machine's memory that is set aside for them.
        Gpu { name, memory_bytes: self.number("device/mem_info_vram_total"), driver: self.driver_version(root) }
    }

    /// A driver of the kernel's own has no version but the kernel's.
    fn driver_version(&self, root: &Path) -> Option<String> {
        let driver = self.driver()?;
        let own = text(&root.join("sys/module").join(&driver).join("version"));
        let version = own.or_else(|| text(&root.join("proc/sys/kernel/osrelease")).map(|release| format!("of Linux {release}")));
        Some(version.map_or_else(|| driver.clone(), |version| format!("{driver} {version}")))
    }

    /// The trimmed text of a file in the card's folder.
    pub(super) fn text(&self, file: &str) -> Option<String> {
        text(&self.folder.join(file))
    }

    /// The number in a file of the card's folder; `None` where there is none, or text that is none.
    pub(super) fn number<T: FromStr>(&self, file: &str) -> Option<T> {
        self.text(file)?.parse().ok()
    }

    /// Paths in a folder of the card's, by name.
    pub(super) fn entries(&self, folder: &str) -> Vec<PathBuf> {
        entries(&self.folder.join(folder))
    }

    /// A line of what the kernel tells of the device, as `DRIVER=amdgpu`.
    fn uevent(&self, key: &str) -> Option<String> {
        let lines = self.text("device/uevent")?;
        lines.lines().find_map(|line| line.split_once('=').filter(|(name, _)| *name == key)).map(|(_, value)| value.to_owned())
    }

    pub(super) fn slot(&self) -> Option<String> {
        self.uevent("PCI_SLOT_NAME")
    }

    pub(super) fn driver(&self) -> Option<String> {
        self.uevent("DRIVER")
    }

    /// “sysfs amdgpu”.
    pub(super) fn source(&self) -> String {
        self.driver().map_or_else(|| "sysfs".to_owned(), |driver| format!("sysfs {driver}"))
    }

    pub(super) fn is_asleep(&self) -> bool {
        is_asleep(&self.folder.join("device"))
    }

    /// The first number that a file of these names holds among the card's sensors. The kernel numbers their folder anew
    /// each time that the driver is loaded.
    pub(super) fn sensor(&self, files: &[&str]) -> Option<u64> {
        let folders = self.entries("device/hwmon");
        folders.iter().flat_map(|folder| files.iter().map(|file| folder.join(file))).find_map(|path| text(&path)?.parse().ok())
    }

    /// In degrees Celsius; the kernel gives thousandths.
    pub(super) fn temperature_c(&self) -> Option<f32> {
        let celsius = self.sensor(&["temp1_input", "temp2_input"])? as f32 / 1000.0;
        PLAUSIBLE_C.contains(&celsius).then_some(celsius)
    }

    /// In watts; the kernel gives millionths.
    pub(super) fn power_w(&self) -> Option<f32> {
        Some((self.sensor(&["power1_average", "power1_input"])? as f64 / 1e6) as f32)
    }

    /// Watts over the time since the last call, from the counter of the energy used, which is in millionths of a joule.
    pub(super) fn power_by_energy_w(&self, energy: &mut Throughput) -> Option<f32> {
        let counter = self.sensor(&["energy1_input", "energy2_input"]);
        let counters = counter.map(|microjoules| ("energy".to_owned(), (microjoules, 0)));
        energy.since_last(Instant::now(), counters.into_iter().collect()).map(|(per_s, _)| (per_s / 1e6) as f32)
    }
}

/// A driver of which only the kernel's common sensors are known, as nouveau.
struct Plain;

impl Driver for Plain {
    fn read(&mut self, card: &Card) -> GpuSample {
        GpuSample { temperature_c: card.temperature_c(), power_w: card.power_w(), ..GpuSample::default() }
    }

    fn mend(&self) -> &'static str {
        "Install NVIDIA's own driver and restart: engines need it as well to compute on this GPU."
    }
}
