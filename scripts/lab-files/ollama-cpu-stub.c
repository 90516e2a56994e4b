/* The packaged Ollama server is linked against a GPU backend library that loads only where that GPU's runtime is
 * installed. This library takes its place and registers a backend with no devices, so that the server starts on any
 * machine and computes on the CPU. The names and the layout are those of ggml's backend registry at Ollama 0.5.4. */
#include <stddef.h>

typedef struct registered_backend registered_backend;
struct registered_backend {
    int api_version;
    const char *(*name)(registered_backend *);
    size_t (*device_count)(registered_backend *);
    void *(*device)(registered_backend *, size_t);
    void *(*proc_address)(registered_backend *, const char *);
    void *context;
};

static const char *name(registered_backend *backend) {
    (void)backend;
    return "none";
}

static size_t device_count(registered_backend *backend) {
    (void)backend;
    return 0;
}

static void *device(registered_backend *backend, size_t index) {
    (void)backend;
    (void)index;
    return NULL;
}

static void *proc_address(registered_backend *backend, const char *symbol) {
    (void)backend;
    (void)symbol;
    return NULL;
}

static registered_backend no_devices = {1, name, device_count, device, proc_address, NULL};

registered_backend *ggml_backend_sycl_reg(void) { return &no_devices; }

/* With no device there is nothing to ask these; the server only needs the symbols in order to load. */
void *ggml_backend_sycl_init(int index) {
    (void)index;
    return NULL;
}

int ggml_backend_is_sycl(void *backend) {
    (void)backend;
    return 0;
}

void *ggml_backend_sycl_buffer_type(int index) {
    (void)index;
    return NULL;
}

void *ggml_backend_sycl_host_buffer_type(void) { return NULL; }

void *ggml_backend_sycl_split_buffer_type(const float *split) {
    (void)split;
    return NULL;
}

int ggml_backend_sycl_get_device_count(void) { return 0; }

const char *ggml_backend_sycl_get_device_name(int index) {
    (void)index;
    return "none";
}

void ggml_backend_sycl_get_device_description(int index, char *text, size_t size) {
    (void)index;
    if (size)
        text[0] = 0;
}

void ggml_backend_sycl_get_device_memory(int index, size_t *free, size_t *total) {
    (void)index;
    *free = *total = 0;
}

void ggml_backend_sycl_get_gpu_list(int *indices, int count) {
    (void)indices;
    (void)count;
}

void ggml_backend_sycl_print_sycl_devices(void) {}
