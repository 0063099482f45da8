namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>Which hosts of a matrix are servers, whose measurements train the profiles, and who the users are. No host is two of these.</summary>
internal sealed record Population(int[] Servers, int[] Training, int[] Users)
{
    /// <summary>Draws servers; one half of the other hosts trains, the other half are the users.</summary>
    internal static Population Draw(int hosts, int servers, int seed)
    {
        int[] shuffled = [.. Enumerable.Range(0, hosts)];
        new Random(seed).Shuffle(shuffled);
        int training = (hosts - servers) / 2;
        return new Population(shuffled[..servers], shuffled[servers..(servers + training)], shuffled[(servers + training)..]);
    }
}
