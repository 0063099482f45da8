namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>The body of latency profiles: sequence, times, and the payload, which is whatever its writer made of it.</summary>
internal static class ProfilesBody
{
    internal static SignedProfiles? Read(ReadOnlySpan<byte> body, uint generation)
    {
        var reader = new WireReader(body);
        var profiles = new SignedProfiles
        {
            Sequence = reader.Count(),
            Issued = reader.Time(),
            NotAfter = reader.Time(),
            Payload = reader.Rest().ToArray(),
            Generation = generation,
        };
        return reader.Failed || profiles.NotAfter < profiles.Issued ? null : profiles;
    }

    internal static byte[] Write(SignedProfiles profiles)
    {
        var writer = new WireWriter();
        writer.Int64(profiles.Sequence);
        writer.Time(profiles.Issued);
        writer.Time(profiles.NotAfter);
        writer.Bytes(profiles.Payload.Span);
        return writer.Written.ToArray();
    }
}
