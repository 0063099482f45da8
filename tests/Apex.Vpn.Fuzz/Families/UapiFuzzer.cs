using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>
/// Conversations in the configuration protocol with a real device, from a grammar and then damaged. Every reply is well formed, and what the
/// device tells of itself makes another device that tells the same.
/// </summary>
internal sealed class UapiFuzzer : Fuzzer
{
    private const string Unset = "private_key=0000000000000000000000000000000000000000000000000000000000000000\nlisten_port=0\nfwmark=0\nreplace_peers=true\n";

    private static readonly UapiLimits Limits = new() { LineBytes = 256, Peers = 32, AllowedIps = 64 };

    private readonly FuzzDice _dice;
    private readonly TextGrammar _grammar;
    private readonly InMemoryNetwork _network = new();
    private readonly WireGuardDevice _device;
    private readonly WireGuardDevice _copy;
    private byte[] _request = [];
    private long _applied;

    internal UapiFuzzer(ulong seed)
    {
        _dice = new FuzzDice(seed);
        _grammar = new TextGrammar(_dice);
        _device = Device("fuzz0", "192.0.2.1");
        _copy = Device("fuzz1", "192.0.2.2");
        if ((seed & 1) != 0) _device.Up();
    }

    internal override string LastInput => Encoding.Latin1.GetString(_request);

    internal override void Feed()
    {
        var text = new StringBuilder();
        for (int operations = _dice.Between(1, 3); operations > 0; operations--) AddOperation(text);
        _request = Encoding.UTF8.GetBytes(text.ToString());
        if (_dice.OneIn(6)) _dice.Damage(_request);
        if (_dice.OneIn(20)) _request = _request[.._dice.Below(_request.Length + 1)];
        string reply = Ask(_device, _request);
        FuzzException.Require(IsWellFormed(reply), $"The reply is not well formed: {reply}");
        if (reply.Contains("errno=0", StringComparison.Ordinal)) _applied++;
    }

    internal override void Check()
    {
        string[] told = Lasting(Ask(_device, "get=1\n\n"u8.ToArray()));
        string reply = Ask(_copy, Encoding.ASCII.GetBytes($"set=1\n{Unset}{string.Join('\n', told)}\n\n"));
        FuzzException.Require(reply == "errno=0\n\n", $"A device did not take what another told: {reply}");
        FuzzException.Require(told.SequenceEqual(Lasting(Ask(_copy, "get=1\n\n"u8.ToArray()))), "A device told something else than it was told.");
        FuzzException.Require(Ask(_device, "set=1\nreplace_peers=true\n\n"u8.ToArray()) == "errno=0\n\n", "Peers could not be removed.");
    }

    internal override void Finish(FuzzTally tally) => tally.Add("UAPI texts with a success", _applied);

    public override void Dispose()
    {
        // A device's end does not wait for anything asynchronous.
        _device.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _copy.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _network.Dispose();
    }

    private WireGuardDevice Device(string name, string address) => new(new InMemoryTun(name), _network.AddHost(IPAddress.Parse(address)));

    private void AddOperation(StringBuilder text)
    {
        if (_dice.OneIn(8))
        {
            text.Append(_grammar.Distort("get=1")).Append("\n\n");
            return;
        }
        text.Append(_grammar.Distort("set=1")).Append('\n');
        for (int lines = _dice.Below(4); lines > 0; lines--) AddDeviceLine(text);
        for (int peers = _dice.Below(5); peers > 0; peers--) AddPeer(text);
        if (!_grammar.Errs) text.Append('\n');
    }

    private void AddDeviceLine(StringBuilder text) => Line(text, _dice.Below(10) switch
    {
        0 => "private_key=" + _grammar.HexKey(),
        < 4 => "listen_port=" + _grammar.Number(65535),
        < 7 => "fwmark=" + _grammar.Number(int.MaxValue),
        < 9 => "replace_peers=" + _grammar.Distort("true"),
        _ => _grammar.Distort("protocol_version=1"),
    });

    private void AddPeer(StringBuilder text)
    {
        Line(text, "public_key=" + _grammar.HexKey());
        for (int lines = _dice.Below(6); lines > 0; lines--)
        {
            Line(text, _dice.Below(16) switch
            {
                0 => "remove=" + _grammar.Distort("true"),
                1 => "update_only=" + _grammar.Distort("true"),
                2 or 3 => "preshared_key=" + _grammar.HexKey(),
                4 or 5 => "endpoint=" + _grammar.Endpoint(),
                6 or 7 => "persistent_keepalive_interval=" + _grammar.Number(65535),
                8 => "replace_allowed_ips=" + _grammar.Distort("true"),
                9 => "allowed_ip=-" + _grammar.Prefix(),
                10 => "protocol_version=" + _grammar.Number(1),
                _ => "allowed_ip=" + _grammar.Prefix(),
            });
        }
    }

    private void Line(StringBuilder text, string line) => text.Append(_grammar.Distort(line)).Append(_dice.OneIn(400) ? "\r\n" : "\n");

    private string Ask(WireGuardDevice device, byte[] request)
    {
        var requests = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        var replies = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        for (int sent = 0; sent < request.Length;)
        {
            // In pieces, which the reader has to put together again.
            int piece = Math.Min(request.Length - sent, _dice.Between(1, 4096));
            requests.Writer.Write(request.AsSpan(sent, piece));
            sent += piece;
        }
        requests.Writer.Complete();
        // All of it is there already, so nothing is waited for but the device.
        new UapiSession(new Connection(requests.Reader, replies.Writer), device, Limits).RunAsync(CancellationToken.None).GetAwaiter().GetResult();
        replies.Writer.Complete();
        requests.Reader.Complete();
        using var text = new StreamReader(replies.Reader.AsStream(), Encoding.ASCII);
        return text.ReadToEnd();
    }

    /// <summary>Lines of name and value, the last of each block an error number.</summary>
    private static bool IsWellFormed(string reply)
    {
        if (reply.Length == 0) return true;
        if (!reply.EndsWith("\n\n", StringComparison.Ordinal)) return false;
        return reply[..^2].Split("\n\n").All(static block =>
        {
            string[] lines = block.Split('\n');
            return lines[^1].StartsWith("errno=", StringComparison.Ordinal) && lines.All(static line => line.IndexOf('=') > 0);
        });
    }

    /// <summary>What of a reply was configured, and can be set again.</summary>
    private static string[] Lasting(string reply) =>
    [
        .. reply.Split('\n').Where(static line => line.Length != 0 && !line.StartsWith("errno=", StringComparison.Ordinal)
            && !line.StartsWith("last_handshake_time_", StringComparison.Ordinal) && !line.Contains("x_bytes=", StringComparison.Ordinal)),
    ];

    private sealed class Connection(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
