namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>The replay window as a set and a comparison: everything that was seen, and how far behind the highest one may come.</summary>
internal sealed class PlainWindow
{
    private const ulong Width = 8128;

    private readonly HashSet<ulong> _seen = [];
    private ulong _highest;

    internal bool TryAccept(ulong counter)
    {
        if (counter < _highest && _highest - counter > Width) return false;
        _highest = Math.Max(_highest, counter);
        return _seen.Add(counter);
    }
}
