using System.Runtime.InteropServices;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Sidecar.Commands;

/// <summary>
/// The wish to end: Ctrl-C, SIGTERM, the closed terminal, or (where there are no signals) the file that <c>down</c> writes. The
/// first asks for an orderly stop, the second for haste.
/// </summary>
internal sealed class StopRequests : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private readonly Timer? _watch;

    public StopRequests(DataFolder? data)
    {
        _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
        if (OperatingSystem.IsWindows() && data is not null)
        {
            File.Delete(data.StopRequestFile);
            _watch = new Timer(_ => OnFile(data.StopRequestFile), null, Poll, Poll);
        }
    }

    public CancellationToken Stop => _stop.Token;

    public CancellationToken Hurry => _hurry.Token;

    public void Dispose()
    {
        _watch?.Dispose();
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
        _hurry.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Ask();
    }

    private void OnFile(string path)
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        Ask();
    }

    private void Ask() => (_stop.IsCancellationRequested ? _hurry : _stop).Cancel();
}
