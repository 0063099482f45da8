namespace Apex.Vpn.Testing;

/// <summary>What a program did.</summary>
/// <param name="ExitCode">0 when all went well.</param>
/// <param name="Output">What it wrote, both streams.</param>
public sealed record ToolResult(int ExitCode, string Output);
