namespace Apex.Vpn.Fuzz.Fuzzing;

/// <summary>
/// Makes inputs of one family and feeds them to what it tests; throws when something is wrong. One lives for one chunk, which its seed repeats.
/// </summary>
internal abstract class Fuzzer : IDisposable
{
    /// <summary>Feeds one input.</summary>
    internal abstract void Feed();

    /// <summary>Checks that what was fed did no harm: called now and then, and at the end.</summary>
    internal abstract void Check();

    /// <summary>Takes everything down and checks that nothing is left; then adds to the tally.</summary>
    internal abstract void Finish(FuzzTally tally);

    /// <summary>The last input, for the report of a failure.</summary>
    internal abstract string LastInput { get; }

    public abstract void Dispose();
}

/// <summary>Something that a fuzzer found.</summary>
internal sealed class FuzzException : Exception
{
    public FuzzException() { }

    public FuzzException(string message) : base(message) { }

    public FuzzException(string message, Exception innerException) : base(message, innerException) { }

    internal static void Require(bool condition, string what)
    {
        if (!condition) throw new FuzzException(what);
    }
}
