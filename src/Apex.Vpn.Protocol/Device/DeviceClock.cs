using Apex.Vpn.Protocol.Engine;

namespace Apex.Vpn.Protocol;

/// <summary>Reads the time for an engine, which reads none itself.</summary>
internal sealed class DeviceClock(TimeProvider time)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly long _frequency = time.TimestampFrequency;

    internal Instant Now => At(time.GetTimestamp());

    /// <summary>The point on the engine's clock that a timestamp of this one stands for.</summary>
    internal Instant At(long timestamp) =>
        new(_frequency == NanosecondsPerSecond ? timestamp : (long)((Int128)timestamp * NanosecondsPerSecond / _frequency));

    /// <summary>The wall clock: nanoseconds since 1970, UTC.</summary>
    internal long UnixNanoseconds => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
