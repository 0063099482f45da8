using System.Text.Json;
using System.Text.Json.Serialization;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>The form of the file of plans.</summary>
internal sealed class PlanFile
{
    public List<PlanEntry?>? Plans { get; set; }
}

internal sealed class PlanEntry
{
    public string? Name { get; set; }

    public int DeviceLimit { get; set; }

    public List<string?>? Features { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowTrailingCommas = true,
    ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(PlanFile))]
internal sealed partial class PlanFileContext : JsonSerializerContext;
