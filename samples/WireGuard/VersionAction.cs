using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.CompilerServices;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Samples.WireGuard;

/// <summary>What <c>--version</c> says in a line: the version, how it was compiled, and the cipher that it uses on this machine.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        string? version = typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        string compiled = RuntimeFeature.IsDynamicCodeSupported ? $"JIT of .NET {Environment.Version}" : "NativeAOT";
        parseResult.InvocationConfiguration.Output.WriteLine($"apex-wg {version}, {compiled}, AEAD {AeadDiagnostics.NameOf(AeadChoice.Automatic)}");
        return ExitCodes.Success;
    }
}
