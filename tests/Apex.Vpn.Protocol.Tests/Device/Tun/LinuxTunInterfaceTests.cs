using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Tests.Transports;
using Apex.Vpn.Protocol.Transports.Linux;
using Apex.Vpn.Testing;
using Microsoft.Win32.SafeHandles;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Device.Tun;

/// <summary>The interface itself: its name, its MTU, where it is, and what is said when it cannot be had.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxTunInterfaceTests
{
    [RootFact]
    public void The_name_is_the_one_asked_for_or_the_kernels_choice()
    {
        using var space = new TestNamespace();
        using LinuxTun named = space.Run(() => LinuxTun.Open("apex0", 1380));
        using LinuxTun numbered = space.Run(() => LinuxTun.Open("wg%d"));
        using LinuxTun chosen = space.Run(() => LinuxTun.Open(""));
        Assert.Equal("apex0", named.Name);
        Assert.Equal(1380, named.Mtu);
        Assert.Equal("wg0", numbered.Name);
        Assert.Equal(1420, numbered.Mtu);
        Assert.Equal("tun0", chosen.Name);
        Assert.Equal(3, new[] { named, numbered, chosen }.Select(tun => tun.InterfaceIndex).Where(i => i > 0).Distinct().Count());
    }

    [RootFact]
    public void What_is_wrong_with_a_name_is_said_in_words()
    {
        using var space = new TestNamespace();
        using LinuxTun taken = space.Run(() => LinuxTun.Open("apex0"));
        Assert.Contains("in use", Refused("apex0"), StringComparison.Ordinal);
        Assert.Contains("15 bytes", Refused("sixteen-bytes-xx"), StringComparison.Ordinal);
        Assert.Contains("not a TUN", Refused("lo"), StringComparison.Ordinal);
        Assert.Contains("not a valid interface name", Refused("a/b"), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => LinuxTun.Open("apex1", 67));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinuxTun.Open("apex1", 65536));

        string Refused(string name) => Assert.Throws<TunException>(() => space.Run(() => LinuxTun.Open(name))).Message;
    }

    [RootFact]
    public void What_is_wrong_with_the_machine_is_said_in_words()
    {
        TunException missing = Assert.Throws<TunException>(() => TunOpener.Create("apex0", "/dev/net/no-such-device"));
        Assert.Contains("modprobe tun", missing.Message, StringComparison.Ordinal);
        Assert.Contains("--device", missing.Message, StringComparison.Ordinal);

        using var space = new TestNamespace();
        TunException unprivileged = Assert.Throws<TunException>(() => space.Run(() =>
        {
            ThreadCapabilities.DropAll(); // of the thread that this runs on, which ends with it
            return LinuxTun.Open("apex0");
        }));
        Assert.Contains("CAP_NET_ADMIN", unprivileged.Message, StringComparison.Ordinal);
    }

    [RootFact, Trait("Item", "32")]
    public void Item32_an_mtu_changed_by_somebody_else_is_followed()
    {
        using var host = new TunHost();
        using var reader = new Relay(host.Tun, new InMemoryTun());
        foreach (int mtu in new[] { 1280, 9000, 68, 65535 })
        {
            host.Space.Ip($"link set {host.Tun.Name} mtu {mtu}");
            Eventually(() => host.Tun.Mtu == mtu, $"the MTU of {mtu} was not seen");
        }

        host.Tun.SetMtu(1400);
        Assert.Equal(1400, host.Tun.Mtu);
        Assert.Throws<ArgumentOutOfRangeException>(() => host.Tun.SetMtu(67));
    }

    [RootFact, Trait("Item", "32")]
    public void Item32_the_mtu_is_followed_into_other_network_namespaces_and_back()
    {
        using var host = new TunHost("10.8.0.1/24");
        using TestNamespace second = new(), third = new();
        using var reader = new Relay(host.Tun, new InMemoryTun());
        string name = host.Tun.Name;

        // Where the interface was, another one takes its name: asking by name there would be answered with the wrong MTU.
        host.Space.Ip($"link set {name} netns {second.Name}");
        using LinuxTun decoy = host.Space.Run(() => LinuxTun.Open(name, 777));
        second.Ip($"link set {name} mtu 1281");
        Eventually(() => host.Tun.Mtu == 1281, "the MTU was not followed into another namespace");

        second.Ip($"link set {name} netns {third.Name}");
        third.Ip($"link set {name} name renamed mtu 1282 up");
        Eventually(() => host.Tun.Mtu == 1282 && host.Tun.Name == "renamed", "the MTU was not followed on the second move");

        third.Ip($"link set renamed netns {host.Space.Name}");
        host.Space.Ip("link set renamed mtu 1283");
        Eventually(() => host.Tun.Mtu == 1283, "the MTU was not followed back");
        Assert.Equal(777, decoy.Mtu);
    }

    [RootFact, Trait("Item", "32")]
    public void Item32_an_interface_in_a_namespace_that_may_not_be_entered_has_an_unknown_mtu()
    {
        using var host = new TunHost();
        using var second = new TestNamespace();
        using var entered = new ManualResetEventSlim();
        var reader = new Thread(() =>
        {
            ThreadCapabilities.DropAll();
            entered.Set();
            while (host.Tun.Read(TunHost.NewBatch()) > 0) { }
        });
        reader.Start();
        entered.Wait();
        host.Space.Ip($"link set {host.Tun.Name} netns {second.Name}");
        Eventually(() => host.Tun.Mtu == 0, "the MTU of an interface out of reach should be unknown");
        host.Tun.Wake();
        reader.Join();
    }

    [RootFact, Trait("Item", "32")]
    public void Item32_where_changes_cannot_be_heard_the_mtu_is_asked_for_again_now_and_then()
    {
        using var space = new TestNamespace();
        using var tun = new Descriptor(space.Run(() => OpenRaw("apex0", TunRequests.FlagTun | TunRequests.FlagNoPacketInfo)));
        using TunLink link = space.Run(() => new TunLink(tun, "apex0", listen: false));
        Assert.Null(link.Changes);
        Assert.Equal(1500, link.Mtu);
        space.Ip("link set apex0 mtu 1290");
        Eventually(() => link.Mtu == 1290, "the MTU was not asked for again");
    }

    [RootFact]
    public void An_interface_that_is_down_is_waited_for_without_spinning()
    {
        using var host = new TunHost("10.8.0.1/24");
        host.Space.Ip($"link set {host.Tun.Name} down");
        Task<TimeSpan> read = Start(() =>
        {
            TimeSpan before = ThreadCapabilities.CpuTime();
            host.Tun.ReadSome(TunHost.NewBatch());
            return ThreadCapabilities.CpuTime() - before;
        });
        Assert.False(((IAsyncResult)read).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(1)));
        host.Space.Ip($"link set {host.Tun.Name} up");
        host.Send("10.8.0.2", [1]);
        Assert.InRange(read.Await(), TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
    }

    [RootFact]
    public void A_descriptor_is_taken_over_by_number()
    {
        using var space = new TestNamespace();
        string name = TestNamespace.UniqueLink("fd");
        int descriptor = space.Run(() => OpenRaw(name, TunRequests.FlagTun | TunRequests.FlagNoPacketInfo));
        using (LinuxTun tun = LinuxTun.FromDescriptor(descriptor)) // on a thread in another namespace
        {
            Assert.Equal(name, tun.Name);
            Assert.Equal(1500, tun.Mtu);
            tun.SetMtu(1333);
            Assert.Equal(1333, tun.Mtu);
            tun.BringUp();
        }

        // Not at once: a process that another test starts just now holds a copy of the descriptor until it runs.
        Eventually(
            () => space.Run(() => !File.ReadAllText("/proc/thread-self/net/dev").Contains(name, StringComparison.Ordinal)),
            "the interface outlived its device");
    }

    [RootFact]
    public void A_handle_is_duplicated_and_stays_the_callers()
    {
        using var space = new TestNamespace();
        string name = TestNamespace.UniqueLink("fd");
        using var handle = new SafeFileHandle(space.Run(() => OpenRaw(name, TunRequests.FlagTun | TunRequests.FlagNoPacketInfo)), true);
        using (LinuxTun tun = LinuxTun.FromDescriptor(handle))
        {
            Assert.Equal(name, tun.Name);
        }

        using (LinuxTun again = LinuxTun.FromDescriptor(handle))
        {
            Assert.Equal(name, again.Name);
        }
    }

    [RootFact]
    public void A_descriptor_that_is_no_plain_tun_is_refused_and_stays_the_callers()
    {
        using var space = new TestNamespace();
        using SafeFileHandle file = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        Assert.Contains("not that of a TUN", Refused((int)file.DangerousGetHandle()), StringComparison.Ordinal);
        RandomAccess.Write(file, [1], 0); // it is still open

        const short tap = 0x2;
        int descriptor = space.Run(() => OpenRaw(TestNamespace.UniqueLink("fd"), tap | TunRequests.FlagNoPacketInfo));
        Assert.Contains("TAP", Refused(descriptor), StringComparison.Ordinal);
        Assert.Equal(0, LinuxNative.close(descriptor));

        static string Refused(int descriptor) => Assert.Throws<TunException>(() => LinuxTun.FromDescriptor(descriptor)).Message;
    }

    private static int OpenRaw(string name, int flags)
    {
        int descriptor = LinuxNative.open("/dev/net/tun", LinuxNative.OpenReadWrite | LinuxNative.OpenCloseOnExec);
        var handle = new Descriptor(descriptor);
        int errno = TunRequests.Attach(handle, name, (short)flags);
        handle.SetHandleAsInvalid(); // the number goes to the test
        Assert.True(errno == 0, Marshal.GetPInvokeErrorMessage(errno));
        return descriptor;
    }
}
