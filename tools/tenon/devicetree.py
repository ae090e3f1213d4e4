# SPDX-License-Identifier: Apache-2.0
"""The device tree that a kernel in a partition gets: the board's own devices and addresses, as far
as they are the partition's (Devicetree Specification 0.4, and the kernel's bindings).
"""
from tenon import errors

PPI, SPI = 1, 0
EDGE, LEVEL = 1, 4
FIRST_PPI, FIRST_SPI = 16, 32
GIC, CLOCK = 1, 2  # phandles
PSCI_64 = 0xc4000000
RING_KEY = 0x2c0  # BTN_TRIGGER_HAPPY1: a key that no keyboard or pointer has
CLOCK_HZ = 24_000_000  # of the devices' buses, where nobody changes it

# Driver -> compatible, names of its clocks, more properties.
DEVICES = {
    "pl011": (["arm,pl011", "arm,primecell"], ["uartclk", "apb_pclk"], ()),
    "pl031": (["arm,pl031", "arm,primecell"], ["apb_pclk"], ()),
    "pl061": (["arm,pl061", "arm,primecell"], ["apb_pclk"],
              ("gpio-controller", ("#gpio-cells", 2), "interrupt-controller",
               ("#interrupt-cells", 2))),
    "cadence-uart": (["xlnx,zynqmp-uart", "cdns,uart-r1p12"], ["uart_clk", "pclk"], ()),
}


class Tree:
    """libfdt's sequential writer with values as Python has them."""

    def __init__(self):
        import libfdt
        self.fdt = libfdt.FdtSw()
        self.fdt.finish_reservemap()

    def node(self, name):
        """A node for a with statement."""
        return self.fdt.add_node(name)

    def text(self, name, *values):
        """One string or several."""
        self.fdt.property(name, b"".join(value.encode() + b"\0" for value in values))

    def cells(self, name, *values):
        """32-bit numbers."""
        self.fdt.property(name, b"".join(value.to_bytes(4, "big") for value in values))

    def empty(self, name):
        """A property that is there."""
        self.fdt.property(name, b"")

    def reg(self, *numbers):
        """Addresses and sizes of two cells each."""
        self.fdt.property("reg", b"".join(value.to_bytes(8, "big") for value in numbers))

    def bytes(self):
        """The whole tree."""
        fdt = self.fdt.as_fdt()
        fdt.pack()
        return bytes(fdt.as_bytearray())


def interrupt(intid, edge, ppi_cpus=0):
    """The three cells of an interrupt."""
    flags = EDGE if edge else LEVEL
    if intid < FIRST_SPI:
        return [PPI, intid - FIRST_PPI, flags | ppi_cpus << 8]
    return [SPI, intid - FIRST_SPI, flags]


def make(machine, spec, ram, devices, initrd=None, channels=None):
    """The tree's bytes: `ram` and `initrd` are (base, size); `devices` of the board; the console's
    device is the first that is one; `channels` the partition's, as kernel.tenon_node() has them."""
    tree = Tree()
    console = next((device for device in devices if device.get("console")), None)
    with tree.node(""):
        tree.cells("#address-cells", 2)
        tree.cells("#size-cells", 2)
        tree.cells("interrupt-parent", GIC)
        tree.text("model", f"TenonOS partition on {machine.title}")
        tree.text("compatible", "linux,dummy-virt")
        if console:
            with tree.node("aliases"):
                tree.text("serial0", "/" + node_name(console))
        _chosen(tree, spec, console, initrd)
        with tree.node(f"memory@{ram[0]:x}"):
            tree.text("device_type", "memory")
            tree.reg(*ram)
        _cpus(tree, machine, spec)
        with tree.node("psci"):
            tree.text("compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci")
            tree.text("method", "hvc")
            tree.cells("cpu_suspend", PSCI_64 + 1)
            tree.cells("cpu_off", 0x84000002)
            tree.cells("cpu_on", PSCI_64 + 3)
        _gic(tree, machine, spec)
        _timer(tree, machine, spec)
        with tree.node("apb-pclk"):
            tree.text("compatible", "fixed-clock")
            tree.cells("#clock-cells", 0)
            tree.cells("clock-frequency", CLOCK_HZ)
            tree.text("clock-output-names", "clk24mhz")
            tree.cells("phandle", CLOCK)
        for device in devices:
            _device(tree, device)
        if channels and channels.ends:
            _channels(tree, channels)
    return tree.bytes()


def _channels(tree, channels):
    """The table of channels, and for each doorbell that rings here a key without a GPIO: that is
    the driver of Debian's kernel by which a program can wait for an interrupt and nothing else."""
    with tree.node("tenon"):
        tree.text("compatible", "tenon,partition")
        tree.fdt.property("channels", channels.ends)
        tree.cells("bells", channels.bells >> 32, channels.bells & 0xffffffff)
    for number, (name, intid) in enumerate(channels.heard):
        with tree.node(f"tenon-channel-{number}"):
            tree.text("compatible", "gpio-keys")
            tree.text("label", f"tenon-channel {name}")
            with tree.node("ring"):
                tree.text("label", name)
                tree.cells("interrupts", *interrupt(intid, True))
                tree.cells("linux,code", RING_KEY)
                tree.cells("debounce-interval", 0)


def node_name(device):
    """`pl011@9000000`, by the binding's name where it has one."""
    return f"{device.get('driver') or device['name']}@{device['base']:x}"


def _chosen(tree, spec, console, initrd):
    with tree.node("chosen"):
        tree.text("bootargs", spec.cmdline)
        if console:
            tree.text("stdout-path", "/" + node_name(console))
        if initrd:
            base, size = initrd
            tree.cells("linux,initrd-start", base >> 32, base & 0xffffffff)
            tree.cells("linux,initrd-end", (base + size) >> 32, (base + size) & 0xffffffff)


def _cpus(tree, machine, spec):
    with tree.node("cpus"):
        tree.cells("#address-cells", 2)
        tree.cells("#size-cells", 0)
        for cpu in sorted(spec.cpus):
            mpidr = machine.mpidr[cpu]
            with tree.node(f"cpu@{mpidr:x}"):
                tree.text("device_type", "cpu")
                tree.text("compatible", "arm,armv8")
                tree.text("enable-method", "psci")
                tree.cells("reg", mpidr >> 32, mpidr & 0xffffffff)


def _all_cpus(machine, spec):
    """GICv2 has a mask of CPUs in a PPI's flags."""
    return (1 << len(spec.cpus)) - 1 if "gicc" in machine.gic else 0


def _gic(tree, machine, spec):
    gic = machine.gic
    gicd, gicr, gicc = gic["gicd"], gic.get("gicr"), gic.get("gicc")
    with tree.node(f"intc@{gicd['base']:x}"):
        tree.text("compatible", "arm,gic-v3" if gicr else "arm,cortex-a15-gic")
        tree.empty("interrupt-controller")
        tree.cells("#interrupt-cells", 3)
        tree.cells("#address-cells", 0)
        if gicr:
            tree.cells("#redistributor-regions", 1)
            tree.reg(gicd["base"], gicd["size"], gicr["base"], gicr["size"] * len(spec.cpus))
        else:
            # The page of the deactivate register, where it is the next one (hv/vgicv2 emulates it).
            more = gic.get("gicc_dir", {})
            size = gicc["size"] + (more["size"] if more.get("base") == gicc["base"] + gicc["size"] else 0)
            tree.reg(gicd["base"], gicd["size"], gicc["base"], size)
        tree.cells("phandle", GIC)


def _timer(tree, machine, spec):
    timer = machine.timer
    mask = _all_cpus(machine, spec)
    with tree.node("timer"):
        tree.text("compatible", "arm,armv8-timer")
        tree.empty("always-on")
        lines = [timer.get("secure", 29), timer["phys"], timer["virt"], timer["hyp"]]
        tree.cells("interrupts", *(cell for intid in lines
                                   for cell in interrupt(intid, False, mask)))
    if "pmu" in machine.timer:
        with tree.node("pmu"):
            tree.text("compatible", "arm,armv8-pmuv3")
            tree.cells("interrupts", *interrupt(timer["pmu"], False, mask))


def _device(tree, device):
    driver = device.get("driver", "")
    if driver not in DEVICES and "compatible" not in device:
        raise errors.Refusal(
            errors.CONFIG, f"device {device['name']}: no device tree node is known for it; give it "
            "compatible = [\"...\"] in board.toml")
    compatible, clocks, more = DEVICES.get(driver, (device.get("compatible"), [], ()))
    with tree.node(node_name(device)):
        tree.text("compatible", *compatible)
        tree.reg(device["base"], device["size"])
        irqs = device.get("irqs", [])
        if irqs:
            tree.cells("interrupts", *(cell for irq in irqs for cell in
                                       interrupt(irq["intid"], irq.get("edge", False))))
        if clocks:
            tree.cells("clocks", *[CLOCK] * len(clocks))
            tree.text("clock-names", *clocks)
        for item in more:
            if isinstance(item, str):
                tree.empty(item)
            else:
                tree.cells(*item)
