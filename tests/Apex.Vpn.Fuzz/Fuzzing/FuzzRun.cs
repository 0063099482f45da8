using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Fuzz.Fuzzing;

/// <summary>Feeds all families, chunk by chunk, on some threads. Every chunk can be repeated alone.</summary>
internal sealed class FuzzRun
{
    private readonly FuzzOptions _options;
    private readonly (int Family, int Chunk, long Inputs)[] _chunks;
    private readonly long[] _fed;
    private readonly Lock _lock = new();
    private int _next = -1;

    internal FuzzRun(FuzzOptions options)
    {
        _options = options;
        _chunks = [.. Enumerable.Range(0, FuzzFamily.All.Count).SelectMany(Split)];
        _fed = new long[FuzzFamily.All.Count];
    }

    internal FuzzTally Tally { get; } = new();

    /// <summary>What was found; empty when all is well.</summary>
    internal List<string> Failures { get; } = [];

    internal long Fed => _fed.Sum();

    internal long Wanted => _chunks.Sum(static chunk => chunk.Inputs);

    /// <summary>Feeds everything, or until something is found.</summary>
    /// <param name="progress">Called once a second or so, and at the end.</param>
    internal void Execute(Action<FuzzRun>? progress)
    {
        if (_chunks.Length == 0) Failures.Add($"There is no family '{_options.Family}'.");
        Thread[] threads = [.. Enumerable.Range(0, _options.Threads).Select(i => new Thread(Work) { Name = $"fuzz {i}", IsBackground = true })];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads)
        {
            while (!thread.Join(millisecondsTimeout: 1000)) progress?.Invoke(this);
        }
        progress?.Invoke(this);
        if (_options.Family is null && Failures.Count == 0) RequireAllReasons();
    }

    internal long FedTo(int family) => Interlocked.Read(ref _fed[family]);

    private IEnumerable<(int, int, long)> Split(int index)
    {
        FuzzFamily family = FuzzFamily.All[index];
        if (_options.Family is not null && _options.Family != family.Name) yield break;
        // A family asked for alone takes all inputs.
        long inputs = _options.Family is null ? Math.Max(_options.Inputs * family.Share / 1000, 1) : _options.Inputs;
        inputs = Math.Min(inputs, family.Most);
        for (int chunk = 0; inputs > 0; chunk++, inputs -= family.ChunkSize)
        {
            if (_options.Chunk < 0 || _options.Chunk == chunk) yield return (index, chunk, Math.Min(inputs, family.ChunkSize));
        }
    }

    private void Work()
    {
        while (Interlocked.Increment(ref _next) is int i && i < _chunks.Length)
        {
            lock (_lock)
            {
                if (Failures.Count != 0) return;
            }
            (int family, int chunk, long inputs) = _chunks[i];
            Feed(family, chunk, inputs);
        }
    }

    private void Feed(int index, int chunk, long inputs)
    {
        FuzzFamily family = FuzzFamily.All[index];
        ulong seed = new FuzzDice(_options.Seed ^ ((ulong)index << 56) ^ ((ulong)chunk << 24)).Next();
        Fuzzer? fuzzer = null;
        long input = 0;
        try
        {
            fuzzer = family.Create(seed);
            for (; input < inputs; input++)
            {
                fuzzer.Feed();
                Interlocked.Increment(ref _fed[index]);
                if (input % family.CheckEach == family.CheckEach - 1) fuzzer.Check();
            }
            fuzzer.Check();
            fuzzer.Finish(Tally);
        }
        catch (Exception exception)
        {
            Fail($"{family.Name}, chunk {chunk}, input {input} (--family {family.Name} --seed {_options.Seed} --chunk {chunk} --inputs {_options.Inputs}"
                + $" repeats it): {exception}\nLast input: {fuzzer?.LastInput}");
        }
        finally
        {
            fuzzer?.Dispose();
        }
    }

    private void RequireAllReasons()
    {
        for (var reason = DropReason.None + 1; (int)reason < DropReasonNames.Count; reason++)
        {
            if (Tally.Dropped(reason) == 0 && !IsMetElsewhere(reason)) Fail($"No input was dropped as {DropReasonNames.ToText(reason)}.");
        }
    }

    /// <summary>What takes answers that come late or not at all, crowds of keys, or minutes: the simulation's tests meet it.</summary>
    private static bool IsMetElsewhere(DropReason reason) => reason is >= DropReason.NotMember and <= DropReason.NoSession;

    private void Fail(string failure)
    {
        lock (_lock) Failures.Add(failure);
    }
}
