using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Tests.Device.Tun;
using Apex.Vpn.Protocol.Tests.Transports;
using Apex.Vpn.Testing;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Device;

/// <summary>Devices with TUNs and UDP of the kernel's, with one data thread and with two.</summary>
[SupportedOSPlatform("linux")]
public sealed class DataThreadsTests
{
    private static readonly DataThreads[] Shapes = [DataThreads.One, DataThreads.Two];

    [RootFact]
    public void Traffic_flows_both_ways_at_once()
    {
        foreach (DataThreads threads in Shapes)
        {
            using var tunnel = new Tunnel(threads);
            tunnel.Stream(8 << 20);
            Assert.InRange(tunnel.CountTaken(), 1, (8 << 20) / 1400); // what came out was merged: acknowledgements and all
            foreach (WireGuardDevice device in tunnel.Devices)
                Assert.Equal(0, device.CountDropped(DropReason.Unauthentic) + device.CountDropped(DropReason.MalformedInnerPacket));
        }
    }

    [RootFact]
    public void A_port_that_changes_under_load_loses_nothing_for_good()
    {
        foreach (DataThreads threads in Shapes)
        {
            using var tunnel = new Tunnel(threads);
            // First a session: a handshake whose response goes to a port just left is tried again after five seconds, as it should be.
            tunnel.Stream(1 << 16);
            using var stop = new CancellationTokenSource();
            Task<int> changes = Start(() =>
            {
                int count = 0;
                while (!stop.IsCancellationRequested)
                {
                    tunnel.ChangePort(count++ % 2);
                    stop.Token.WaitHandle.WaitOne(30);
                }
                return count;
            });
            tunnel.Stream(16 << 20);
            stop.Cancel();
            Assert.InRange(changes.Await(), 2, int.MaxValue);
        }
    }

    [RootFact]
    public void A_device_is_disposed_while_traffic_flows()
    {
        foreach (DataThreads threads in Shapes)
        {
            using var tunnel = new Tunnel(threads);
            using Flood flood = new(tunnel);
            foreach (WireGuardDevice device in tunnel.Devices)
            {
                Assert.True(IsDisposed(device).Await());
                Assert.True(device.Completion.IsCompletedSuccessfully);
            }
        }
    }

    [RootFact]
    public void A_tun_that_goes_away_under_load_ends_its_device_with_the_reason()
    {
        foreach (DataThreads threads in Shapes)
        {
            using var tunnel = new Tunnel(threads);
            using Flood flood = new(tunnel);
            foreach ((TunHost host, WireGuardDevice device) in tunnel.Hosts.Zip(tunnel.Devices))
            {
                host.Space.Ip($"link del {host.Tun.Name}");
                Assert.True(((IAsyncResult)device.Completion).AsyncWaitHandle.WaitOne(Deadline), "the device does not know yet");
                Assert.IsType<TunClosedException>(device.Completion.Exception!.InnerException);
            }
        }
    }

    [RootFact]
    public void A_tun_that_goes_away_while_its_device_is_disposed_does_no_harm()
    {
        foreach (DataThreads threads in Shapes)
        {
            using var tunnel = new Tunnel(threads);
            using Flood flood = new(tunnel);
            foreach ((TunHost host, WireGuardDevice device) in tunnel.Hosts.Zip(tunnel.Devices))
            {
                string name = host.Tun.Name;
                Task<bool> removal = Start(() =>
                {
                    if (host.HasLink(name)) TestNamespace.TryCommand("ip", $"-n {host.Space.Name} link del {name}");
                    return true;
                });
                Assert.True(IsDisposed(device).Await());
                Assert.True(removal.Await());
                Assert.True(device.Completion.IsCompleted);
            }
        }
    }

    [RootFact]
    public void Down_and_up_again_under_load_goes_on()
    {
        foreach (DataThreads threads in Shapes)
        {
            using var tunnel = new Tunnel(threads);
            using Flood flood = new(tunnel);
            for (int round = 0; round < 3; round++)
            {
                tunnel.Devices[1].Down();
                tunnel.Up(1);
                flood.WaitForMore();
            }
        }
    }

    /// <summary>Two hosts on one cable, and a tunnel between them.</summary>
    private static Task<bool> IsDisposed(WireGuardDevice device) => Start(() => device.DisposeAsync().AsTask().IsCompletedSuccessfully);

    private sealed class Tunnel : IDisposable
    {
        private static readonly string[] Addresses = ["10.8.0.1", "10.8.0.2"];

        private readonly Link _link = new();

        internal Tunnel(DataThreads threads)
        {
            Hosts = [new TunHost("10.8.0.1/24", space: _link.Left), new TunHost("10.8.0.2/24", space: _link.Right)];
            var options = new WireGuardDeviceOptions { DataThreads = threads };
            Devices = [new WireGuardDevice(Hosts[0].Tun, _link.LeftUdp, options), new WireGuardDevice(Hosts[1].Tun, _link.RightUdp, options)];
            PrivateKey[] keys = [PrivateKey.Generate(), PrivateKey.Generate()];
            for (int i = 0; i < 2; i++)
            {
                var peer = new PeerUpdate(keys[1 - i].DerivePublicKey()) { AllowedIps = { AllowedIpChange.Add(IPNetwork.Parse($"{Addresses[1 - i]}/32")) } };
                if (i == 0) peer.Endpoint = Endpoint("10.9.0.2", 5000);
                Apply(i, new DeviceUpdate { PrivateKey = keys[i], ListenPort = (ushort)(4000 + (i * 1000)), Peers = { peer } });
                Up(i);
            }
        }

        internal TunHost[] Hosts { get; }

        internal WireGuardDevice[] Devices { get; }

        internal void Up(int index) => Hosts[index].Space.Run(Devices[index].Up);

        internal void Stream(int bytes) => Streams.Exchange(Hosts[0], Hosts[1], new IPEndPoint(IPAddress.Parse(Addresses[1]), 7000), bytes);

        /// <summary>Gives the left device one of two ports; the other learns it from what it sends.</summary>
        internal void ChangePort(int which) => Apply(0, new DeviceUpdate { ListenPort = (ushort)(4000 + which) });

        /// <summary>How many packets both hosts took, merged ones as one.</summary>
        internal long CountTaken() => Hosts.Sum(host => host.CountPackets().Taken);

        internal Socket NewSender(int index)
        {
            Socket socket = Hosts[index].NewUdpSocket();
            socket.Connect(IPAddress.Parse(Addresses[1 - index]), 9);
            return socket;
        }

        public void Dispose()
        {
            foreach (WireGuardDevice device in Devices) device.DisposeAsync().AsTask().GetAwaiter().GetResult();
            foreach (TunHost host in Hosts) host.Dispose();
            _link.Dispose();
        }

        /// <summary>Sockets belong to the namespace of the thread that opens them, which a change of the port does.</summary>
        private void Apply(int index, DeviceUpdate update) => Hosts[index].Space.Run(() => Devices[index].ApplyAsync(update).AsTask().GetAwaiter().GetResult());
    }

    /// <summary>Datagrams without end, both ways.</summary>
    private sealed class Flood : IDisposable
    {
        private readonly Tunnel _tunnel;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task<int>[] _senders;

        internal Flood(Tunnel tunnel)
        {
            _tunnel = tunnel;
            _senders = [Start(() => Send(0)), Start(() => Send(1))];
            WaitForMore();
        }

        /// <summary>Waits until many more packets came out at both ends.</summary>
        internal void WaitForMore()
        {
            foreach (TunHost host in _tunnel.Hosts)
            {
                long before = host.CountPackets().Taken;
                Eventually(() => host.CountPackets().Taken >= before + 500, "nothing gets through");
            }
        }

        public void Dispose()
        {
            _stop.Cancel();
            foreach (Task<int> sender in _senders) sender.Await();
            _stop.Dispose();
        }

        private int Send(int index)
        {
            using Socket socket = _tunnel.NewSender(index);
            byte[] datagram = new byte[1000];
            int sent = 0;
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    sent += socket.Send(datagram) / datagram.Length;
                }
                catch (SocketException)
                {
                    // The interface is gone, or nobody listens there.
                    _stop.Token.WaitHandle.WaitOne(1);
                }
            }
            return sent;
        }
    }
}
