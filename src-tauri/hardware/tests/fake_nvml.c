/* A stand-in for NVIDIA's library, built by the tests: it answers as the real one does, in its own memory layout.
   -DINIT=n: starting fails with the code n. -DOLD: an old GPU. -DLOST: the GPU has fallen off the bus. */
#include <stdio.h>
#include <string.h>

#ifndef INIT
#define INIT 0
#endif
#define NOT_SUPPORTED 3
#define GPU_IS_LOST 15
#define ARGUMENT_VERSION_MISMATCH 25

typedef struct {
  char legacy[16];
  unsigned domain, bus, device, id, subsystem;
  char bus_id[32];
} pci_t;
typedef struct {
  unsigned version;
  unsigned long long total, reserved, free, used;
} memory_t;

int nvmlInit_v2(void) { return INIT; }
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetDriverVersion(char *text, unsigned length) { return snprintf(text, length, "560.35.03"), 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { return *count = 1, 0; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
#ifdef LOST
  return GPU_IS_LOST;
#endif
  *device = (void *)1;
  return index == 0 ? 0 : 2;
}

int nvmlDeviceGetPciInfo_v3(void *device, pci_t *pci) {
  memset(pci, 0, sizeof *pci);
  strcpy(pci->bus_id, "00000000:01:00.0");
  return 0;
}

int nvmlDeviceGetTemperature(void *device, unsigned sensor, unsigned *celsius) { return *celsius = 74, 0; }

#ifdef OLD
int nvmlDeviceGetName(void *device, char *text, unsigned length) { return snprintf(text, length, "GeForce GTX 780"), 0; }
int nvmlDeviceGetUtilizationRates(void *device, unsigned *rates) { return NOT_SUPPORTED; }
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) { return NOT_SUPPORTED; }
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) { return NOT_SUPPORTED; }
int nvmlDeviceGetClockInfo(void *device, unsigned domain, unsigned *mhz) { return NOT_SUPPORTED; }
#else
int nvmlDeviceGetName(void *device, char *text, unsigned length) {
  return snprintf(text, length, "NVIDIA GeForce RTX 4070 Laptop GPU"), 0;
}

int nvmlDeviceGetMemoryInfo_v2(void *device, memory_t *memory) {
  if (memory->version != (sizeof *memory | 2u << 24)) return ARGUMENT_VERSION_MISMATCH;
  memory->total = 8188ull << 20;
  memory->reserved = 230ull << 20;
  memory->free = 1310ull << 20;
  memory->used = 6648ull << 20;
  return 0;
}

int nvmlDeviceGetUtilizationRates(void *device, unsigned *rates) { return rates[0] = 93, rates[1] = 71, 0; }
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) { return *milliwatts = 79850, 0; }

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) {
  return *millijoules = 1204551933ull, 0;
}

/* 0 is the graphics clock, 2 the memory's. */
int nvmlDeviceGetClockInfo(void *device, unsigned domain, unsigned *mhz) { return *mhz = domain == 0 ? 2235 : 8001, 0; }

/* Power cap and heat in software. */
int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *bits) { return *bits = 0x4 | 0x20, 0; }
#endif
