using Apex.Vpn.Protocol.Engine;

namespace Apex.Vpn.Protocol.Tests.Engine;

/// <summary>Gives the numbers it was told, and bytes that count up from a first one over all fills.</summary>
internal sealed class ScriptedRandom(byte firstByte = 0, params uint[] numbers) : EngineRandom
{
    private int _next;
    private byte _nextByte = firstByte;

    internal override uint NextUInt32() => numbers[_next++];

    internal override void Fill(Span<byte> destination)
    {
        foreach (ref byte value in destination) value = _nextByte++;
    }
}
