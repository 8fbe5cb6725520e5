@echo off
rem Runs the command line of Signalbox with the runtime of the package that this file lies in.
setlocal
set ELECTRON_RUN_AS_NODE=1
rem Electron hides this variable from what it runs.
if defined NODE_EXTRA_CA_CERTS set "SIGNALBOX_NODE_EXTRA_CA_CERTS=%NODE_EXTRA_CA_CERTS%"
"%~dp0..\..\Signalbox.exe" "%~dp0..\app.asar\out\main\cli.js" %*
