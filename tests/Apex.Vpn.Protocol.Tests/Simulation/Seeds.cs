using System.Globalization;
using System.Security.Cryptography;
using Xunit.Sdk;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>Runs that differ each time and can be repeated: a failure tells its seed, and <c>APEX_SEED</c> brings it back.</summary>
internal static class Seeds
{
    internal static void Run(Action<ulong> run)
    {
        ulong seed = Next();
        try
        {
            run(seed);
        }
        catch (Exception exception)
        {
            throw new XunitException($"Seed {seed} (APEX_SEED={seed} repeats this run): {exception.Message}", exception);
        }
    }

    private static ulong Next() => Environment.GetEnvironmentVariable("APEX_SEED") is { Length: > 0 } given
        ? ulong.Parse(given, CultureInfo.InvariantCulture)
        : (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);
}
