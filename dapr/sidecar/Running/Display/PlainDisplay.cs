namespace StocksDapr.Sidecar.Running.Display;

/// <summary>Plain lines, for a pipe, a file, a build server. Errors go to the second writer.</summary>
/// <param name="output">For steps and the applications' lines.</param>
/// <param name="error">For problems.</param>
/// <param name="withApplications">False in the background, where the applications' lines are in their own files only.</param>
internal sealed class PlainDisplay(TextWriter output, TextWriter error, bool withApplications) : IRunDisplay
{
    private readonly Lock _gate = new();

    public void Step(string text) => Write(output, text);

    public void Problem(string text) => Write(error, text);

    public void Line(string text)
    {
        if (withApplications)
            Write(output, text);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Write(TextWriter writer, string text)
    {
        lock (_gate)
        {
            try
            {
                writer.WriteLine(text);
                writer.Flush();
            }
            catch (IOException)
            {
                // Whoever read the pipe is gone (`stocks up | head`); the run goes on.
            }
        }
    }
}
