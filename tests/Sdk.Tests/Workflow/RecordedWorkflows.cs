using System.Text.Json;
using Dapr.Workflow;

namespace StocksDapr.Sdk.Workflow;

/// <summary>In C#, the workflows of the worker that the recordings were made with.</summary>
internal static class RecordedWorkflows
{
    private static readonly WorkflowRetryPolicy Three = new(3, TimeSpan.FromMilliseconds(100));

    public static void Register(string id, WorkflowRuntimeOptions options)
    {
        Add(options, "One", async (context, input) => id.EndsWith("worker-gone-in-turn", StringComparison.Ordinal)
            ? await context.CallActivityAsync<JsonElement>("Echo", await context.WaitForExternalEventAsync<JsonElement>("go"))
            : await context.CallActivityAsync<JsonElement>(id.EndsWith("running-activity", StringComparison.Ordinal) ? "Slow" : "Echo", id.EndsWith("one-activity", StringComparison.Ordinal) ? input : 1));
        Add(options, "Seq", async (context, _) =>
        {
            var sum = await context.CallActivityAsync<int>("Add1", 1);
            sum = await context.CallActivityAsync<int>("Add2", sum + 2);
            return await context.CallActivityAsync<int>("Add3", sum + 3);
        });
        Add(options, "Fan", async (context, _) => await Task.WhenAll(Enumerable.Range(0, 3).Select(part => context.CallActivityAsync<int>("Part", part))));
        Add(options, "Tick", async (context, _) =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1));
            return "fired";
        });
        Add(options, "Wait", async (context, input) =>
        {
            var name = id.EndsWith("terminate-not-recursive", StringComparison.Ordinal) ? "stop" : "go";
            var data = await context.WaitForExternalEventAsync<JsonElement>(name);
            return id.EndsWith("http", StringComparison.Ordinal) ? new[] { input, data } : data;
        });
        Add(options, "Late", async (context, _) =>
        {
            await context.CallActivityAsync("Slow", 1);
            return await context.WaitForExternalEventAsync<string>("go");
        });
        Add(options, "Three", async (context, _) => new[]
        {
            await context.WaitForExternalEventAsync<int>("e"), await context.WaitForExternalEventAsync<int>("e"), await context.WaitForExternalEventAsync<int>("e"),
        });
        Add(options, "Race", RaceAsync);
        Add(options, "Parent", (context, _) => ParentAsync(id, context));
        Add(options, "Child", async (context, input) => id switch
        {
            "workflow.child-no-id" => await context.CallActivityAsync<int>("Echo", input) + 1,
            "workflow.child-fails" => throw new InvalidOperationException("child broke"),
            _ => input.GetInt32() * 2,
        });
        Add(options, "Bad", (context, _) => BadAsync(id, context));
        Add(options, "Retry", async (context, _) => await context.CallActivityAsync<string>("Flaky", 1, new WorkflowTaskOptions(Three)));
        Add(options, "Loop", async (context, input) =>
        {
            var round = input.GetInt32();
            var waits = id.EndsWith("continue-as-new", StringComparison.Ordinal);
            if (waits)
                await context.CallActivityAsync("Echo", round);
            if (round < (waits ? 3 : 4))
                context.ContinueAsNew(round + 1);
            return round;
        });
        Add(options, "Now", (_, input) => Task.FromResult<object?>(input));
        Add(options, "Nothing", async (context, _) => await context.WaitForExternalEventAsync<JsonElement>("never"));
        Add(options, "Both", async (context, _) =>
        {
            var timer = context.CreateTimer(TimeSpan.FromSeconds(5));
            var data = await context.WaitForExternalEventAsync<string>("go");
            await timer;
            return data;
        });
    }

    private static async Task<object?> RaceAsync(WorkflowContext context, JsonElement input)
    {
        try
        {
            await context.WaitForExternalEventAsync<int>("go", TimeSpan.FromSeconds(1));
            return 0;
        }
        catch (TaskCanceledException)
        {
            return 1;
        }
    }

    private static async Task<object?> ParentAsync(string id, WorkflowContext context)
    {
        var (child, instanceId, input) = id switch
        {
            "workflow.child" => ("Child", "golden-child-given-kid", 5),
            "workflow.child-fails" => ("Child", "golden-child-fails-kid", 5),
            "workflow.terminate-children" => ("Wait", "golden-terminate-kid", 1),
            "workflow.terminate-not-recursive" => ("Wait", "golden-terminate-kid2", 1),
            "workflow.purge-recursive" => ("Now", "golden-purge-kid", 1),
            "workflow.purge-not-recursive" => ("Now", "golden-purge-kid2", 1),
            _ => ("Child", null, 5),
        };
        if (instanceId is null)
            await context.CallActivityAsync("Echo", 0);
        try
        {
            return await context.CallChildWorkflowAsync<int>(child, input, new ChildWorkflowTaskOptions(instanceId));
        }
        catch (WorkflowTaskFailedException failure)
        {
            return $"caught {failure.FailureDetails}";
        }
    }

    private static async Task<object?> BadAsync(string id, WorkflowContext context)
    {
        if (id.EndsWith("http-failed", StringComparison.Ordinal))
            context.SetCustomStatus("st");
        if (!id.Contains("activity", StringComparison.Ordinal))
            throw new InvalidOperationException("broken");
        try
        {
            return await context.CallActivityAsync<object>("Break", 1);
        }
        catch (WorkflowTaskFailedException failure) when (id.EndsWith("caught", StringComparison.Ordinal))
        {
            return $"caught {failure.FailureDetails}";
        }
    }

    private static void Add(WorkflowRuntimeOptions options, string name, Func<WorkflowContext, JsonElement, Task<object?>> code) => options.RegisterWorkflow(name, code);

    private static void Add<T>(WorkflowRuntimeOptions options, string name, Func<WorkflowContext, JsonElement, Task<T>> code)
        where T : notnull => options.RegisterWorkflow(name, code);
}
