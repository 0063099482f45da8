using System.Text;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>All initiators, and the initiations that were made beforehand: in the loop that is measured they only are sent.</summary>
internal sealed class Population
{
    private readonly Initiator[] _initiators;
    private readonly Tai64n[] _stamps;
    private byte[] _messages = [];
    private byte[] _states = [];
    private int _next;

    internal Population(int count, PublicKey responder)
    {
        _initiators = [.. Enumerable.Range(0, count).AsParallel().AsOrdered().Select(number => new Initiator(number, responder))];
        _stamps = new Tai64n[count];
        // Of now, so that a responder that met them in an earlier run takes them again.
        Array.Fill(_stamps, Tai64n.FromUnix((DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100));
    }

    internal int Count => _initiators.Length;

    internal Initiator this[int number] => _initiators[number];

    /// <summary>How many prepared initiations are left.</summary>
    internal int Left => (_messages.Length / InitiationMessage.Size) - _next;

    /// <summary>Makes so many initiations, of one peer after the other, each with a later stamp than the one before.</summary>
    internal void Prepare(int count)
    {
        _messages = new byte[count * InitiationMessage.Size];
        _states = new byte[count * SymmetricState.Size];
        _next = 0;
        for (int i = 0; i < count; i++)
        {
            int number = i % _initiators.Length;
            _stamps[number] = _stamps[number].Successor();
            _initiators[number].Write(_stamps[number], Message(i), State(i));
        }
    }

    /// <summary>Takes the next one.</summary>
    /// <param name="initiator">Whose it is.</param>
    /// <param name="place">By which its state is found.</param>
    internal ReadOnlySpan<byte> Take(out Initiator initiator, out int place)
    {
        place = _next++;
        initiator = _initiators[place % _initiators.Length];
        return Message(place);
    }

    /// <summary>Makes one initiation now.</summary>
    internal void Write(int number, Span<byte> bytes)
    {
        Span<byte> state = stackalloc byte[SymmetricState.Size];
        _stamps[number] = _stamps[number].Successor();
        _initiators[number].Write(_stamps[number], bytes, state);
    }

    /// <summary>The state of an initiation that was taken.</summary>
    internal Span<byte> State(int place) => _states.AsSpan(place * SymmetricState.Size, SymmetricState.Size);

    /// <summary>The peers as a configuration file of <c>wg addconf</c>.</summary>
    internal string ToConfiguration()
    {
        var text = new StringBuilder();
        foreach (Initiator initiator in _initiators)
            text.Append("[Peer]\nPublicKey = ").Append(initiator.PublicKey.ToBase64()).Append("\nAllowedIPs = ").Append(AllowedIp(initiator)).Append("\n\n");
        return text.ToString();
    }

    /// <summary>A network of its own for each: 10.0.0.0/8 by number.</summary>
    internal static string AllowedIp(Initiator initiator) =>
        $"10.{initiator.Number >> 16}.{(initiator.Number >> 8) & 255}.{initiator.Number & 255}/32";

    private Span<byte> Message(int place) => _messages.AsSpan(place * InitiationMessage.Size, InitiationMessage.Size);
}
