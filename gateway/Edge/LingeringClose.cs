using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace StocksDapr.Gateway.Edge;

/// <summary>
/// Hears a refused client out. The web server closes a connection as soon as it has refused a request; bytes that still come then reset the connection,
/// and a client that sends everything before it reads never sees why it was refused. So what still comes is read for a while, and thrown away.
/// </summary>
internal static class LingeringClose
{
    private const long MaxBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var transport = connection.Transport;
        var input = new RefusableInput(transport.Input);
        connection.Transport = new RefusablePipe(input, transport.Output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }

        if (input.IsRefused)
            await HearOutAsync(transport);
    }

    /// <summary>Marks the connection of a request that is being refused.</summary>
    public static void Refuse(IDuplexPipe transport)
    {
        if (transport is RefusablePipe { Input: RefusableInput input })
            input.IsRefused = true;
    }

    private static async Task HearOutAsync(IDuplexPipe transport)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await transport.Output.FlushAsync(patience.Token);
            for (var left = MaxBytes; left > 0;)
            {
                var read = await transport.Input.ReadAsync(patience.Token);
                left -= read.Buffer.Length;
                transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It has been heard long enough, or is gone.
        }

        await transport.Input.CompleteAsync();
    }

    private sealed record RefusablePipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>The connection's input, which the web server cannot close once it has refused a request.</summary>
    private sealed class RefusableInput(PipeReader input) : PipeReader
    {
        public bool IsRefused { get; set; }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => input.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => input.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => input.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
            if (!IsRefused)
                input.Complete(exception);
        }
    }
}
