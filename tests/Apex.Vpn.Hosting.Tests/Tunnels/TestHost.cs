using System.Collections.Concurrent;
using Apex.Vpn.Hosting.Tunnels;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Apex.Vpn.Hosting.Tests.Tunnels;

/// <summary>A host with one tunnel between fakes, which remembers what was logged at any level.</summary>
internal sealed class TestHost : IDisposable
{
    private readonly IHost _host;
    private readonly Recorder _recorder = new();

    internal TestHost(string name, Action<TunnelOptions> configure, Action<IServiceCollection>? more = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_recorder);
        builder.Services.AddApexVpnTunnel(name, configure);
        builder.Services.AddKeyedSingleton<ITunDevice>(name, Tun);
        builder.Services.AddKeyedSingleton<IUdpTransport>(name, Transport);
        more?.Invoke(builder.Services);
        _host = builder.Build();
        Tunnel = _host.Services.GetRequiredKeyedService<Tunnel>(name);
    }

    internal FakeTun Tun { get; } = new();

    internal FakeTransport Transport { get; } = new();

    internal Tunnel Tunnel { get; }

    internal IServiceProvider Services => _host.Services;

    /// <summary>What the tunnel logged: level, event and text.</summary>
    internal IEnumerable<string> Logged => _recorder.Lines.Where(static line => line.StartsWith("Apex.Vpn", StringComparison.Ordinal));

    internal IEnumerable<string> AllLogged => _recorder.Lines;

    internal Task StartAsync() => _host.StartAsync();

    internal Task StopAsync() => _host.StopAsync();

    public void Dispose() => _host.Dispose();

    private sealed class Recorder : ILoggerProvider
    {
        internal ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose() { }

        private sealed class Logger(Recorder recorder, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                recorder.Lines.Enqueue($"{category} {logLevel} {eventId.Id} {formatter(state, exception)} {exception}");
        }
    }
}
