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
    private readonly Action<PosixSignal>? _onSignal;
    private TaskCompletionSource? _hangUp;

    public StopRequests(DataFolder? data)
    {
        _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
        if (OperatingSystem.IsWindows() && data is not null)
        {
            File.Delete(data.StopRequestFile);
            _watch = new Timer(_ => OnFile(data.StopRequestFile), null, Poll, Poll);
        }
    }

    /// <summary>For a daemon: a hang-up is not a wish to end but to begin anew, see <see cref="NextHangUp"/>.</summary>
    /// <param name="onSignal">Told of every signal.</param>
    public StopRequests(Action<PosixSignal> onSignal)
        : this(data: null)
    {
        _onSignal = onSignal;
        _hangUp = NewHangUp();
    }

    public CancellationToken Stop => _stop.Token;

    public CancellationToken Hurry => _hurry.Token;

    /// <summary>Completes with the next hang-up.</summary>
    public Task NextHangUp()
    {
        var next = NewHangUp();
        _hangUp = next;
        return next.Task;
    }

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
        _onSignal?.Invoke(context.Signal);
        if (context.Signal == PosixSignal.SIGHUP && _hangUp is { } hangUp) hangUp.TrySetResult();
        else Ask();
    }

    private static TaskCompletionSource NewHangUp() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnFile(string path)
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        Ask();
    }

    private void Ask() => (_stop.IsCancellationRequested ? _hurry : _stop).Cancel();
}
