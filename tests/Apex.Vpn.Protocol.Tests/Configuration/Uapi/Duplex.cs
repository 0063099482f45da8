using System.IO.Pipelines;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>A connection out of its two halves.</summary>
internal sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input => input;

    public PipeWriter Output => output;
}
