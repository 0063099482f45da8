using System.Text;
using Apex.Vpn.Protocol.Configuration;
using FsCheck;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class UapiPropertyTests
{
    [Property(MaxTest = 300)]
    public async Task What_get_prints_set_understands(DoNotSize<int> seed)
    {
        FakeDevice device = RandomDevice(new Random(seed.Item));
        string reply = await UapiText.AskAsync(device, "get=1\n\n");
        Assert.EndsWith("errno=0\n\n", reply, StringComparison.Ordinal);

        var copy = new FakeDevice();
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(copy, UapiText.ToSet(reply)));
        Assert.Equal(device.PrivateKey, copy.PrivateKey);
        Assert.Equal((device.ListenPort, device.FirewallMark), (copy.ListenPort, copy.FirewallMark));
        Assert.Equal(device.Peers.Count, copy.Peers.Count);
        foreach ((FakePeer original, FakePeer copied) in device.Peers.Zip(copy.Peers))
        {
            Assert.Equal(original.PublicKey, copied.PublicKey);
            Assert.Equal(original.PresharedKey, copied.PresharedKey);
            Assert.Equal(original.Endpoint, copied.Endpoint);
            Assert.Equal(original.PersistentKeepalive, copied.PersistentKeepalive);
            Assert.Equal(original.AllowedIps, copied.AllowedIps);
        }
        // Setting the same again changes nothing.
        string again = await UapiText.AskAsync(copy, "get=1\n\n");
        await UapiText.AskAsync(copy, UapiText.ToSet(again));
        Assert.Equal(again, await UapiText.AskAsync(copy, "get=1\n\n"));
    }

    [Property(MaxTest = 1000)]
    public async Task Any_bytes_end_in_well_formed_replies(byte[]? request)
    {
        string reply = await UapiText.AskAsync(new FakeDevice(), request ?? []);
        Assert.True(IsWellFormed(reply), reply);
    }

    [Property(MaxTest = 2000)]
    public async Task Any_damaged_conversation_ends_in_well_formed_replies(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        FakeDevice device = RandomDevice(random);
        string text = UapiText.ToSet(await UapiText.AskAsync(device, "get=1\n\n")) + "get=1\n\n";
        byte[] request = Damage(random, Encoding.ASCII.GetBytes(text + text));
        var limits = new UapiLimits { LineBytes = 128, Peers = 8, AllowedIps = 16 };
        string reply = await UapiText.AskAsync(new FakeDevice(), request, limits, pieces: random.Next(1, 200));
        Assert.True(IsWellFormed(reply), reply);
    }

    [Property(MaxTest = 2000)]
    public void The_set_parser_answers_any_line_with_an_error_number(string? key, string? value, bool ofPeer)
    {
        using var parser = new UapiSetParser(UapiLimits.Default);
        if (ofPeer) Assert.Equal(0, parser.Add("public_key=" + new string('0', 64)));
        Assert.True(parser.Add($"{key}={value}") is 0 or 22);
        Assert.True(parser.Add(value) is 0 or 22 or 71);
    }

    private static FakeDevice RandomDevice(Random random)
    {
        var device = new FakeDevice();
        var update = new DeviceUpdate
        {
            PrivateKey = random.Chance(0.8) ? new PrivateKey(random.KeyBytes()) : null,
            ListenPort = random.Chance(0.8) ? (ushort)random.Next(65536) : null,
            FirewallMark = random.Chance(0.5) ? (uint)random.NextInt64(1L << 32) : null,
        };
        for (int peers = random.Next(6); peers > 0; peers--)
        {
            var peer = new PeerUpdate(random.PublicKey())
            {
                PresharedKey = random.Chance(0.5) ? new PresharedKey(random.KeyBytes()) : null,
                Endpoint = random.Chance(0.7) ? random.Endpoint() : null,
                PersistentKeepalive = random.Chance(0.5) ? (ushort)random.Next(65536) : null,
            };
            for (int prefixes = random.Next(6); prefixes > 0; prefixes--) peer.AllowedIps.Add(AllowedIpChange.Add(random.Prefix()));
            update.Peers.Add(peer);
        }
        device.Apply(update);
        foreach (FakePeer peer in device.Peers)
        {
            peer.ReceivedBytes = random.NextInt64();
            peer.SentBytes = random.NextInt64();
            if (random.Chance(0.5)) peer.LastHandshake = DateTimeOffset.UnixEpoch.AddTicks(random.NextInt64(1L << 60));
        }
        return device;
    }

    private static byte[] Damage(Random random, byte[] text)
    {
        List<byte> bytes = [.. text];
        for (int changes = random.Next(1, 6); changes > 0 && bytes.Count > 2; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.Insert(at, (byte)"\n=-/%[]:0fF"[random.Next(11)]); break;
                case 2: bytes.RemoveRange(at, random.Next(1, Math.Min(40, bytes.Count - at) + 1)); break;
                default: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), random.Next(1, bytes.Count / 2))); break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Any number of replies, each of lines "key=value" that end with an error number and a blank line.</summary>
    private static bool IsWellFormed(string reply)
    {
        if (reply.Length == 0) return true;
        if (!reply.EndsWith("\n\n", StringComparison.Ordinal)) return false;
        foreach (string operation in reply[..^2].Split("\n\n"))
        {
            string[] lines = operation.Split('\n');
            if (!lines.All(static line => line.IndexOf('=') > 0)) return false;
            if (lines[^1] is not ("errno=0" or "errno=5" or "errno=22" or "errno=71" or "errno=-5" or "errno=-7" or "errno=-22" or "errno=-71")) return false;
        }
        return true;
    }
}
