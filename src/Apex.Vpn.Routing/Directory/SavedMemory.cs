using System.Text.Json;
using System.Text.Json.Serialization;
using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Directory;

/// <summary>How a client keeps <see cref="DirectoryMemory"/>, and the tags by which servers know what it holds.</summary>
internal sealed record SavedMemory
{
    public uint Generation { get; init; }

    public long Version { get; init; }

    public string? Digest { get; init; }

    public long StatusSequence { get; init; }

    public long ProfilesSequence { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public long LatestIssued { get; init; }

    public string? ListTag { get; init; }

    public string? ProfilesTag { get; init; }

    internal static byte[] Write(DirectoryMemory memory, string? listTag, string? profilesTag) => JsonSerializer.SerializeToUtf8Bytes(
        new SavedMemory
        {
            Generation = memory.Generation,
            Version = memory.Version,
            Digest = memory.Digest.ToString(),
            StatusSequence = memory.StatusSequence,
            ProfilesSequence = memory.ProfilesSequence,
            LatestIssued = memory.LatestIssued.ToUnixTimeSeconds(),
            ListTag = listTag,
            ProfilesTag = profilesTag,
        },
        SavedMemoryContext.Default.SavedMemory);

    /// <summary>Reads what was kept; null when it is none.</summary>
    internal static SavedMemory? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            SavedMemory? saved = JsonSerializer.Deserialize(bytes, SavedMemoryContext.Default.SavedMemory);
            return saved is { Version: >= 0, StatusSequence: >= 0, ProfilesSequence: >= 0, LatestIssued: >= 0 and < WireReader.MaxTime }
                && ListDigest.TryParse(saved.Digest, out _)
                ? saved
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal DirectoryMemory ToMemory()
    {
        _ = ListDigest.TryParse(Digest, out ListDigest digest);
        return new DirectoryMemory
        {
            Generation = Generation,
            Version = Version,
            Digest = digest,
            StatusSequence = StatusSequence,
            ProfilesSequence = ProfilesSequence,
            LatestIssued = DateTimeOffset.FromUnixTimeSeconds(LatestIssued),
        };
    }
}

/// <summary>Serializes without reflection.</summary>
[JsonSerializable(typeof(SavedMemory))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SavedMemoryContext : JsonSerializerContext;
