; Owns what the uninstaller for Windows removes beside the program: the registration of signalbox:// links, while it is ours.
!macro customUnInstall
  ReadRegStr $0 HKCU "Software\Classes\signalbox\shell\open\command" ""
  StrLen $1 "$INSTDIR"
  StrCpy $2 $0 $1 1
  ${If} $2 == $INSTDIR
    DeleteRegKey HKCU "Software\Classes\signalbox"
  ${EndIf}
!macroend
